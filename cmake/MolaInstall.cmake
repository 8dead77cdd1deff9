# What `cmake --install build --prefix P` installs: the library with its headers, and the package
# that find_package(mola) reads. No file of it names a folder of this machine, so P may move. The
# program is installed where it is made, in src/cli/.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/mola)
install(DIRECTORY include/mola DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
# A file for each component: mola_nnTargets.cmake, mola_molaTargets.cmake.
install(TARGETS mola_nn mola_with_torch_nn EXPORT mola_nnTargets
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS mola mola_parquet mola_with_torch_mola EXPORT mola_molaTargets)
foreach(component nn mola)
  install(EXPORT mola_${component}Targets NAMESPACE mola:: DESTINATION ${package_dir})
endforeach()

# Before 1.0 a minor version may break the API.
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/molaConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
configure_file(cmake/molaConfig.cmake.in molaConfig.cmake @ONLY)
install(FILES
  cmake/FindArrowParquet.cmake
  cmake/FindLibTorch.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/molaConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/molaConfigVersion.cmake
  DESTINATION ${package_dir})
