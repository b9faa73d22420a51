# cmake -DOUT=page.c -DIN="page.html;page.css;page.js" -P embed.cmake: the files as C arrays named
# ra_page_html and so on. No tool beyond CMake is needed.
set(text "#include \"recovery/report/page.h\"\n")
foreach(file ${IN})
  get_filename_component(name ${file} NAME)
  string(MAKE_C_IDENTIFIER "ra_${name}" name)
  file(READ ${file} hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(APPEND text "\nconst unsigned char ${name}[] = {${bytes}0};\n"
    "const size_t ${name}_size = ${size};\n")
endforeach()
file(WRITE ${OUT} "${text}")
