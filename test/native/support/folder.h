// A folder of a test's own, removed with all that is in it.
#pragma once

#include <filesystem>
#include <random>
#include <string>
#include <system_error>

struct Folder {
  Folder() {
    std::random_device random;
    do {
      place = std::filesystem::temp_directory_path() / ("euphonic-" + std::to_string(random()));
    } while (!std::filesystem::create_directory(place));
    path = place.string();
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(place, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path place;
  std::string path;
};
