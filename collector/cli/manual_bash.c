/*
 * Completion for bash: verbs and options stand in the script; what this house has (devices, sinks)
 * and what the tables say (metrics, drivers, lines) is asked for when a word is wanted.
 */
#include "collector/cli/manual.h"

#include <string.h>

static void print_words(const struct option_row *rows)
{
    for (; rows && rows->name; rows++) {
        printf(" --%s", rows->name);
        if (rows->letter)
            printf(" -%c", rows->letter);
    }
}

/* read:--record) what=FILE: what the value of an option is called. */
static void print_arguments(const char *verb, const struct option_row *rows)
{
    for (; rows && rows->name; rows++) {
        if (!rows->argument)
            continue;
        printf("    %s:--%s", verb, rows->name);
        if (rows->letter)
            printf(" | %s:-%c", verb, rows->letter);
        printf(") what='%s' ;;\n", rows->argument);
    }
}

static const char head[] =
    "# A column of a list, by the settings file that the line names: _helio_names LIST [COLUMN]; "
    "or\n"
    "# the names of sections: _helio_names settings KIND\n"
    "_helio_names() {\n"
    "    local config=() i\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        case ${COMP_WORDS[i]} in\n"
    "        -c | --config) config=(-c \"${COMP_WORDS[i + 1]}\") ;;\n"
    "        esac\n"
    "    done\n"
    "    if [ \"$1\" != settings ]; then\n"
    "        \"${COMP_WORDS[0]}\" list \"$1\" \"${config[@]}\" 2>/dev/null |\n"
    "            awk -v column=\"${2:-1}\" 'NR > 1 { print $column }'\n"
    "    else\n"
    "        \"${COMP_WORDS[0]}\" list settings --effective \"${config[@]}\" 2>/dev/null |\n"
    "            awk -v kind=\"$2\" '$1 == kind && $2 && !seen[$2]++ { print $2 }'\n"
    "    fi\n"
    "}\n\n"
    "# The value of an option, or a word, by what the help calls it.\n"
    "_helio_value() {\n"
    "    case $1 in\n"
    "    FILE* | PATH | *[\\|]FILE*) compgen -f -- \"$2\" ;;\n"
    "    DEVICE*) compgen -W \"$(_helio_names devices)\" -- \"$2\" ;;\n"
    "    METRIC*) compgen -W \"$(_helio_names metrics)\" -- \"$2\" ;;\n"
    "    DRIVER*) compgen -W \"$(_helio_names drivers)\" -- \"$2\" ;;\n"
    "    LINE*) compgen -W \"$(_helio_names lines)\" -S : -- \"$2\" ;;\n"
    "    NAME=VALUE*) compgen -W \"$(_helio_names commands 2)\" -S = -- \"$2\" ;;\n"
    "    SINK*) compgen -W \"$(_helio_names settings sink)\" -- \"$2\" ;;\n"
    "    *[a-z]\\|[a-z]*) compgen -W \"${1//|/ }\" -- \"$2\" ;;\n"
    "    esac\n"
    "}\n\n"
    "_helio() {\n"
    "    local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} options='' words=() what='' "
    "at=0 "
    "i\n"
    "    COMPREPLY=()\n"
    "    if [ \"$COMP_CWORD\" = 1 ] || { [ \"$COMP_CWORD\" = 2 ] && [ \"$verb\" = help ]; }; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W '--help --version help";

static const char tail[] =
    "    # what comes before the word: an option that wants it as its value, or words beside "
    "options\n"
    "    for ((i = 2; i < COMP_CWORD; i++)); do\n"
    "        if [ -n \"$what\" ]; then\n"
    "            what=''\n"
    "        elif [ \"${COMP_WORDS[i]#-}\" != \"${COMP_WORDS[i]}\" ]; then\n"
    "            _helio_argument \"$verb:${COMP_WORDS[i]}\"\n"
    "        else\n"
    "            at=$((at + 1))\n"
    "        fi\n"
    "    done\n"
    "    if [ -z \"$what\" ] && [ \"${word#-}\" != \"$word\" ]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
    "        return\n"
    "    elif [ ${#words[@]} = 0 ]; then # no such verb\n"
    "        return\n"
    "    elif [ -z \"$what\" ]; then # DEVICE METRIC...: a device first, metrics behind it\n"
    "        [ \"$at\" -lt ${#words[@]} ] || at=$((${#words[@]} - 1))\n"
    "        what=$(tr -d '[]' <<<\"${words[at]}\")\n"
    "    fi\n"
    "    mapfile -t COMPREPLY < <(_helio_value \"$what\" \"$word\")\n"
    "    case ${COMPREPLY[0]-} in\n"
    "    *[:=]) compopt -o nospace 2>/dev/null ;;\n"
    "    esac\n"
    "}\n\n"
    "complete -F _helio helio\n";

static void print_argument_table(void)
{
    puts("# What the value of an option is called; nothing when it has none.\n"
         "_helio_argument() {\n    case $1 in");
    for (size_t i = 0; verbs[i]; i++)
        print_arguments(verbs[i]->name, verbs[i]->options);
    print_arguments("*", common_options);
    puts("    esac\n}\n");
}

/* Only words that are not in brackets of an option: FILE [--device NAME] has one. */
static void print_synopsis(const char *words)
{
    size_t length = strcspn(words, " ");

    while (words[length] && words[length + 1] != '-' && strncmp(words + length + 1, "[-", 2) != 0)
        length += 1 + strcspn(words + length + 1, " ");
    if (!strncmp(words, "[-", 2))
        length = 0;
    printf("        words=(");
    for (size_t i = 0; i < length; i++)
        if (words[i] == ' ')
            fputs("' '", stdout);
        else
            printf("%s%c", i ? "" : "'", words[i]);
    puts(length ? "')" : "'')");
}

int manual_bash(void)
{
    puts("# Completion of helio for bash; made by: helio list verbs --as bash\n");
    print_argument_table();
    fputs(head, stdout);
    for (size_t i = 0; verbs[i]; i++)
        printf(" %s", verbs[i]->name);
    puts("' -- \"$word\")\n        return\n    fi\n    case $verb in");
    for (size_t i = 0; verbs[i]; i++) {
        printf("    %s)\n", verbs[i]->name);
        print_synopsis(verbs[i]->synopsis);
        printf("        options='");
        print_words(verbs[i]->options);
        print_words(common_options);
        puts("'\n        ;;");
    }
    puts("    esac");
    fputs(tail, stdout);
    return OK;
}
