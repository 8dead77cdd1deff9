# What `cmake --install build --prefix P` installs: the library with its headers, and the package
# that find_package(mola) reads. No file of it names a folder of this machine, so P may move. The
# program is installed where it is made, in src/cli/.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/mola)
install(TARGETS mola_nn mola mola_parquet mola_with_torch_nn mola_with_torch_mola EXPORT molaTargets
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY include/mola DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT molaTargets NAMESPACE mola:: DESTINATION ${package_dir})

# Before 1.0 a minor version may break.
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/molaConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
configure_file(cmake/molaConfig.cmake.in molaConfig.cmake @ONLY)
install(FILES
  cmake/FindArrowParquet.cmake
  cmake/FindLibTorch.cmake
  cmake/FindSentencePiece.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/molaConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/molaConfigVersion.cmake
  DESTINATION ${package_dir})
