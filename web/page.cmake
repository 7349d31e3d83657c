# Turns the page into C while the program is built: every file plain and packed, and all but the
# first under a path that changes when any of them does.
#
#   cmake -DFROM=web/page -DVENDOR=FOLDER-OR-EMPTY -DKIT=uplot -DGZIP=/bin/gzip -DTO=page_files.c -P page.cmake
cmake_policy(SET CMP0057 NEW)

set(types ".html=text/html" ".js=text/javascript" ".css=text/css" ".txt=text/plain" ".svg=image/svg+xml" ".png=image/png"
    ".webmanifest=application/manifest+json")
function(type_of name out)
    get_filename_component(end "${name}" LAST_EXT)
    foreach(row IN LISTS types)
        if(row MATCHES "^\\${end}=(.*)$")
            set(type "${CMAKE_MATCH_1}")
            if(type MATCHES "^text/")
                string(APPEND type "; charset=utf-8")
            endif()
            set(${out} "${type}" PARENT_SCOPE)
            return()
        endif()
    endforeach()
    message(FATAL_ERROR "${name}: of which type is it? Say so in web/page.cmake")
endfunction()

# ---- which files: "name in the page|file"

file(GLOB own RELATIVE "${FROM}" "${FROM}/*")
list(REMOVE_ITEM own index.html kits)
set(files "kits/kit.js|${FROM}/kits/${KIT}.js")
foreach(name IN LISTS own)
    list(APPEND files "${name}|${FROM}/${name}")
endforeach()
if(VENDOR)
    file(GLOB foreign RELATIVE "${VENDOR}" "${VENDOR}/*")
    foreach(name IN LISTS foreign)
        list(APPEND files "vendor/${name}|${VENDOR}/${name}")
    endforeach()
endif()

set(sums "")
foreach(row IN LISTS files)
    string(REPLACE "|" ";" row "${row}")
    list(GET row 0 name)
    list(GET row 1 file)
    file(SHA256 "${file}" sum)
    string(APPEND sums "${name} ${sum}\n")
endforeach()
string(SHA256 all "${sums}")
string(SUBSTRING "${all}" 0 12 all)

# ---- into C

set(data "")
set(rows "")
set(count 0)
get_filename_component(work "${TO}" DIRECTORY)

function(bytes_of file name out)
    file(READ "${file}" hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
    set(${out} "static const unsigned char ${name}[] = {${hex}};\n" PARENT_SCOPE)
endfunction()

macro(embed path file)
    type_of("${file}" type)
    file(SHA256 "${file}" mark)
    string(SUBSTRING "${mark}" 0 16 mark)
    execute_process(COMMAND "${GZIP}" -9nc "${file}" OUTPUT_FILE "${work}/packed.gz"
                    COMMAND_ERROR_IS_FATAL ANY)
    bytes_of("${file}" "plain_${count}" plain)
    bytes_of("${work}/packed.gz" "packed_${count}" packed)
    string(APPEND data "${plain}${packed}")
    string(APPEND rows "    {\"${path}\", \"${type}\", \"${mark}\", plain_${count}, packed_${count}, "
                       "sizeof plain_${count}, sizeof packed_${count}},\n")
    math(EXPR count "${count} + 1")
endmacro()

file(READ "${FROM}/index.html" home)
string(REPLACE "@page@" "page/${all}" home "${home}")
file(WRITE "${work}/index.html" "${home}")
embed("/" "${work}/index.html")
foreach(row IN LISTS files)
    string(REPLACE "|" ";" row "${row}")
    list(GET row 0 name)
    list(GET row 1 file)
    embed("/page/${all}/${name}" "${file}")
endforeach()
file(WRITE "${TO}" "/* Made by web/page.cmake. */\n#include \"web/page.h\"\n\n${data}\n"
     "const struct page_file page_files[] = {\n${rows}    {.path = (void *)0},\n};\n")
