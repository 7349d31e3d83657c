/*
 * What the libraries alone cost in memory: one POST, one transaction, then it waits.
 * floor ADDRESS FILE
 */
#include <curl/curl.h>
#include <iniparser.h>
#include <jansson.h>
#include <libudev.h>
#include <modbus.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>
#include <zlib.h>

/* Linked as the program links them. */
const void *const linked[] = {(void *)modbus_new_rtu, (void *)iniparser_load, (void *)udev_new,
                              (void *)json_loads, (void *)zlibVersion};

int main(int argc, char **argv)
{
    CURL *curl = curl_easy_init();
    sqlite3 *db = NULL;

    if (argc != 3 || !curl || sqlite3_open(argv[2], &db))
        return 1;
    curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "floor value=1");
    if (curl_easy_perform(curl) != CURLE_OK)
        return 1;
    if (sqlite3_exec(db,
                     "PRAGMA journal_mode=WAL; CREATE TABLE t (a); BEGIN; INSERT INTO t VALUES "
                     "(1); COMMIT",
                     NULL, NULL, NULL))
        return 1;
    puts("ready");
    fflush(stdout);
    pause();
    return 0;
}
