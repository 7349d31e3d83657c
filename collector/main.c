/* The program: helio VERB. Everything is in the verbs. */
#include "collector/verb.h"

int main(int argc, char **argv)
{
    return helio_main(argc, argv);
}
