/*
 * A bare libcurl loop: posts a file of line protocol in batches of so many lines and bytes, over
 * one connection. post ADDRESS FILE LINES BYTES prints lines=COUNT ms=TIME, reading the file not
 * counted.
 */
#include <curl/curl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

static size_t ignore(char *bytes, size_t one, size_t count, void *to)
{
    (void)bytes;
    (void)to;
    return one * count;
}

static char *read_all(const char *path, size_t *length)
{
    FILE *file = fopen(path, "r");
    char *text;

    if (!file || fseek(file, 0, SEEK_END))
        exit(1);
    *length = (size_t)ftell(file);
    rewind(file);
    text = malloc(*length + 1);
    if (!text || fread(text, 1, *length, file) != *length)
        exit(1);
    text[*length] = '\0';
    (void)fclose(file);
    return text;
}

int main(int argc, char **argv)
{
    size_t length, count = 0, most_lines = argc > 4 ? strtoul(argv[3], NULL, 10) : 0,
                   most_bytes = argc > 4 ? strtoul(argv[4], NULL, 10) : 0;
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");

    if (!most_lines || !curl)
        return 64;
    char *text = read_all(argv[2], &length);
    curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
    double begun = now_ms();
    for (char *at = text; *at;) {
        char *end = at;
        for (size_t lines = 0; *end && lines < most_lines; lines++) {
            char *next = strchr(end, '\n') + 1;
            if (end > at && (size_t)(next - at) > most_bytes)
                break;
            end = next;
            count++;
        }
        long status = 0;
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)(end - at));
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, at);
        if (curl_easy_perform(curl) != CURLE_OK)
            return 1;
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        if (status != 204)
            return 2;
        at = end;
    }
    printf("lines=%zu ms=%.1f\n", count, now_ms() - begun);
    return 0;
}
