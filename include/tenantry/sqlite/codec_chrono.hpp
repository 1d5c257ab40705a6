// Times as column values: the count of the type's own unit, since 1970 for a point in time.
#pragma once

#include <chrono>

#include <tenantry/sqlite/codec.hpp>
#include <tenantry/sqlite/codec_number.hpp>

namespace tenantry::sqlite {

/// INTEGER, or REAL where the count is a floating-point number. A Timestamp counts milliseconds.
template <Storable Rep, class Period>
struct Codec<std::chrono::duration<Rep, Period>> {
    using Duration = std::chrono::duration<Rep, Period>;
    static constexpr Storage storage = Codec<Rep>::storage;

    template <ParameterBinder B>
    static void bind(B& to, int index, const Duration& value)
    {
        Codec<Rep>::bind(to, index, value.count());
    }

    template <RowReader R>
    static Misfit read(R& from, int column, Duration& out)
    {
        Rep count{};
        const Misfit misfit = Codec<Rep>::read(from, column, count);
        if (misfit == Misfit::none) out = Duration(count);
        return misfit;
    }
};

/// UTC without leap seconds, as the system clock has it; before 1970 it is negative.
template <Storable Duration>
struct Codec<std::chrono::sys_time<Duration>> {
    static constexpr Storage storage = Codec<Duration>::storage;

    template <ParameterBinder B>
    static void bind(B& to, int index, const std::chrono::sys_time<Duration>& value)
    {
        Codec<Duration>::bind(to, index, value.time_since_epoch());
    }

    template <RowReader R>
    static Misfit read(R& from, int column, std::chrono::sys_time<Duration>& out)
    {
        Duration since{};
        const Misfit misfit = Codec<Duration>::read(from, column, since);
        if (misfit == Misfit::none) out = std::chrono::sys_time<Duration>(since);
        return misfit;
    }
};

} // namespace tenantry::sqlite
