// The header alone, in the second unit of a program.
#include "tenantry.hpp"

#include "notebook.hpp"

#include <cstdio>
#include <random>

int main()
{
    const auto root =
        std::filesystem::temp_directory_path() / ("tenantry-" + std::to_string(std::random_device()()));
    const auto text = write_and_read(root);
    std::filesystem::remove_all(root);
    std::puts(text ? text->c_str() : std::string(text.error().message()).c_str());
    return text == "one header is enough" ? 0 : 1;
}
