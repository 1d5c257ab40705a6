// A program of libFuzzer (https://llvm.org/docs/LibFuzzer.html): FUZZ_TARGET of fuzz/<target>.hpp, which is FUZZ_HEADER.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include FUZZ_HEADER

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::FUZZ_TARGET(std::string_view(reinterpret_cast<const char*>(data), size));
    return 0;
}
