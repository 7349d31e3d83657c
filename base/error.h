/*
 * Everything that can go wrong, once: a tag, a number, the word that counters, captures and
 * `decode` use, the exit code of a program that ends with it (sysexits), and the sentence.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#define MUST_CHECK __attribute__((warn_unused_result))

// clang-format off
/*    tag       number  word              exit  sentence */
#define ERRORS(X)                                                                        \
    X(TIMEOUT,  -1,  "timeout",           69,   "no answer in time")                     \
    X(SHORT,    -2,  "short",             69,   "the answer was cut short")              \
    X(CRC,      -3,  "crc",               69,   "the answer failed its check sum")       \
    X(LENGTH,   -4,  "length",            69,   "the answer has another length than was asked for") \
    X(FUNCTION, -5,  "function",          69,   "the answer belongs to another question") \
    X(FOREIGN,  -6,  "foreign",           69,   "another device answered")               \
    X(BEFORE,   -7,  "foreign-before",    69,   "another device spoke before the answer") \
    X(ECHO,     -8,  "echo",              69,   "the line gave our own question back")   \
    X(GARBAGE,  -9,  "garbage",           69,   "bytes that make no frame")              \
    X(REFUSED,  -10, "refused",           69,   "the device said no")                    \
    X(IGNORED,  -11, "ignored",           76,   "the device said yes and changed nothing") \
    X(GONE,     -12, "gone",              69,   "the line is not there")                 \
    X(BUSY,     -13, "busy",              75,   "the line is lent to another program")   \
    X(DENIED,   -14, "denied",            77,   "not permitted")                         \
    X(ABSENT,   -15, "absent",            69,   "this device does not have it")          \
    X(UNKNOWN,  -16, "unknown",           64,   "no such name")                          \
    X(CONFIG,   -17, "config",            78,   "the settings cannot be used")           \
    X(USAGE,    -18, "usage",             64,   "the command cannot be understood")      \
    X(DATA,     -19, "data",              65,   "the data cannot be read")               \
    X(INPUT,    -20, "input",             66,   "the file cannot be opened")             \
    X(FULL,     -21, "full",              73,   "no room left")                          \
    X(IO,       -22, "io",                74,   "reading or writing failed")             \
    X(SYSTEM,   -23, "system",            71,   "the operating system refused")          \
    X(STOPPED,  -24, "stopped",           0,    "asked to stop")                         \
    X(ASLEEP,   -25, "asleep",            0,    "asleep: its panels give it nothing")    \
    X(PROTOCOL, -26, "protocol",          69,   "it speaks another protocol")
// clang-format on

enum error {
    OK = 0,
#define X(tag, number, word, code, text) ERR_##tag = (number),
    ERRORS(X)
#undef X
};

const char *error_text(int error); /* "no answer in time" */
const char *error_word(int error); /* "timeout"; "ok" for OK */
int error_exit(int error);         /* what main returns */
int error_from_word(const char *word);

/* Errors are small negative numbers: this makes an index for counters out of them. */
enum { ERROR_KINDS = 27 };
int error_index(int error);

#endif
