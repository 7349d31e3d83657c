/* helio(1), helio.conf(5), its example, bash's completion: from the tables the program runs on. */
#ifndef COLLECTOR_MANUAL_H
#define COLLECTOR_MANUAL_H

#include "collector/cli/verb.h"

int manual_verbs(void);    /* helio list verbs --as man */
int manual_settings(void); /* helio list settings --as man */
int manual_bash(void);     /* helio list verbs --as bash */
int manual_example(void);  /* helio list settings --as ini */

/* The day of this version, as 2026-11-21; SOURCE_DATE_EPOCH says another one. Never the day on
 * which it is built: the same sources give the same pages. */
enum { DATE_ROOM = 16 };
const char *manual_date(char to[DATE_ROOM]);

/* Text as roff wants it: no word of it is a command. */
void roff_text(const char *words);
/* The same in bold, or as an argument: italic. */
void roff_bold(const char *words);
void roff_italic(const char *words);

#endif
