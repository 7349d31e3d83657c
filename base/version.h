/* Which helio this is. In a file of its own, so that a new version compiles one file. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

extern const char *const program_version; /* 0.1.0 */
extern const char *const program_agent;   /* helio/0.1.0, what it calls itself towards servers */

#endif
