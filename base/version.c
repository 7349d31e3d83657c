/* Which helio this is (base/version.h). CMakeLists.txt gives HELIO_VERSION to this file alone. */
#include "base/version.h"

const char *const program_version = HELIO_VERSION;
const char *const program_agent = "helio/" HELIO_VERSION;
