// A directory for one test, gone with it.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace tenantry::test {

/// A new directory of mode 0700 under the system's temporary one, removed with all that is in it.
class TempDir {
public:
    TempDir()
    {
        // Without symbolic links on the way, since database files are opened with NOFOLLOW.
        std::string name =
            (std::filesystem::canonical(std::filesystem::temp_directory_path()) / "tenantry-XXXXXX");
        if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
        path_ = name;
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    ~TempDir()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

} // namespace tenantry::test
