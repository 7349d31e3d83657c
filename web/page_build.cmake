# The page becomes a part of the web floor. Its charts are drawn by what scripts/get-assets fetched,
# else by Debian's libjs-dygraphs, else not at all; nothing is downloaded here.

find_program(HELIO_GZIP gzip REQUIRED)
set(HELIO_DYGRAPHS "/usr/share/javascript/dygraphs" CACHE PATH "Where Debian's dygraphs is")

set(kit none)
set(vendor "")
# a list of names that changes when they come or go
file(GLOB fetched CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/build/assets/uplot/*")
file(GLOB dygraphs CONFIGURE_DEPENDS "${HELIO_DYGRAPHS}/dygraph.min.js" "${HELIO_DYGRAPHS}/dygraph.min.css")
if(fetched)
    set(kit uplot)
    set(vendor "${PROJECT_SOURCE_DIR}/build/assets/uplot")
elseif(dygraphs)
    set(kit dygraphs)
    set(vendor "${PROJECT_BINARY_DIR}/made/web/dygraphs")
    foreach(file IN LISTS dygraphs)
        get_filename_component(end "${file}" LAST_EXT)
        configure_file("${file}" "${vendor}/chart${end}" COPYONLY)
    endforeach()
endif()
message(STATUS "Charts of the page: ${kit}")

set(page_files "${PROJECT_BINARY_DIR}/made/web/page_files.c")
file(GLOB_RECURSE page_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/web/page/*")
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/made/web")
add_custom_command(
    OUTPUT "${page_files}"
    COMMAND "${CMAKE_COMMAND}" "-DFROM=${PROJECT_SOURCE_DIR}/web/page" "-DVENDOR=${vendor}" "-DKIT=${kit}"
            "-DGZIP=${HELIO_GZIP}" "-DTO=${page_files}" -P "${PROJECT_SOURCE_DIR}/web/page.cmake"
    DEPENDS "${PROJECT_SOURCE_DIR}/web/page.cmake" ${page_sources} ${fetched} ${dygraphs}
    COMMENT "Packing the page" VERBATIM)
target_sources(web PRIVATE "${page_files}")
