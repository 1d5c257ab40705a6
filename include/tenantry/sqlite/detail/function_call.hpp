// How SQLite calls a function of the program: its arguments through codecs, its result the same way, and no exception
// through C.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <sqlite3.h>

#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/binding.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry::detail {

// The arguments of one call. Models RowReader.
class Arguments {
public:
    explicit Arguments(sqlite3_value** values) noexcept : values_(values) {}

    [[nodiscard]] sqlite::Storage storage(int i) const noexcept
    {
        return static_cast<sqlite::Storage>(sqlite3_value_type(values_[i]));
    }
    [[nodiscard]] std::int64_t integer(int i) const noexcept { return sqlite3_value_int64(values_[i]); }
    [[nodiscard]] double real(int i) const noexcept { return sqlite3_value_double(values_[i]); }
    [[nodiscard]] std::string_view text(int i) const noexcept
    {
        const auto* data = reinterpret_cast<const char*>(sqlite3_value_text(values_[i]));
        if (data == nullptr) return {};
        return {data, static_cast<std::size_t>(sqlite3_value_bytes(values_[i]))};
    }
    [[nodiscard]] std::span<const std::byte> blob(int i) const noexcept
    {
        const auto* data = static_cast<const std::byte*>(sqlite3_value_blob(values_[i]));
        if (data == nullptr) return {};
        return {data, static_cast<std::size_t>(sqlite3_value_bytes(values_[i]))};
    }
    [[nodiscard]] std::uint64_t incarnation() const noexcept { return 0; }

private:
    sqlite3_value** values_;
};

// The result of one call. Models ParameterBinder; there is one parameter, and it is copied.
class CallResult {
public:
    explicit CallResult(sqlite3_context* context) noexcept : context_(context) {}

    void null(int) { sqlite3_result_null(context_); }
    void integer(int, std::int64_t value) { sqlite3_result_int64(context_, value); }
    void real(int, double value) { sqlite3_result_double(context_, value); }
    void text(int, std::string_view value)
    {
        sqlite3_result_text64(context_, value.data() != nullptr ? value.data() : "", value.size(),
                              SQLITE_TRANSIENT, SQLITE_UTF8);
    }
    void blob(int, std::span<const std::byte> value)
    {
        const void* data = value.data();
        sqlite3_result_blob64(context_, data != nullptr ? data : "", value.size(), SQLITE_TRANSIENT);
    }
    void temporary_text(int i, std::string_view value) { text(i, value); }
    void temporary_blob(int i, std::span<const std::byte> value) { blob(i, value); }
    void refuse(const Error& error) { fail(error.message()); }
    [[nodiscard]] std::uint64_t incarnation() const noexcept { return 0; }

    void fail(std::string_view message) noexcept
    {
        sqlite3_result_error(context_, message.data(), static_cast<int>(message.size()));
    }

private:
    sqlite3_context* context_;
};

static_assert(sqlite::RowReader<Arguments> && sqlite::ParameterBinder<CallResult>);

template <class T>
inline constexpr bool is_view =
    std::is_same_v<T, std::string_view> || std::is_same_v<T, std::span<const std::byte>>;
template <class T>
inline constexpr bool is_optional_view = false;
template <class T>
inline constexpr bool is_optional_view<std::optional<T>> = is_view<T>;

template <class T>
concept Argument = sqlite::Readable<T> || is_view<T> || is_optional_view<T>;

// Whether a function can be called with values of SQL.
template <class Arguments>
inline constexpr bool are_arguments = false;
template <class... Args>
inline constexpr bool are_arguments<std::tuple<Args...>> = (Argument<Args> && ...);

// Views are read where they lie: they are good for the call.
template <class T>
struct ArgumentCodec : sqlite::Codec<T> {};
template <>
struct ArgumentCodec<std::string_view> {
    static sqlite::Misfit read(const Arguments& from, int i, std::string_view& out)
    {
        const sqlite::Storage found = from.storage(i);
        if (found != sqlite::Storage::text)
            return found == sqlite::Storage::null ? sqlite::Misfit::null : sqlite::Misfit::wrong_storage;
        out = from.text(i);
        return sqlite::Misfit::none;
    }
};
template <>
struct ArgumentCodec<std::span<const std::byte>> {
    static sqlite::Misfit read(const Arguments& from, int i, std::span<const std::byte>& out)
    {
        const sqlite::Storage found = from.storage(i);
        if (found != sqlite::Storage::blob)
            return found == sqlite::Storage::null ? sqlite::Misfit::null : sqlite::Misfit::wrong_storage;
        out = from.blob(i);
        return sqlite::Misfit::none;
    }
};
template <class View>
    requires is_view<View>
struct ArgumentCodec<std::optional<View>> {
    static sqlite::Misfit read(const Arguments& from, int i, std::optional<View>& out)
    {
        if (from.storage(i) == sqlite::Storage::null) return sqlite::Misfit::none;
        return ArgumentCodec<View>::read(from, i, out.emplace());
    }
};

inline void refuse_argument(CallResult& result, std::string_view name, std::size_t i, sqlite::Misfit misfit)
{
    std::string text(name);
    text.append("(): argument ").append(std::to_string(i + 1)).append(": ").append(to_string(misfit));
    result.fail(text);
}

// Reads all arguments. False: one does not fit, which the result says.
template <class... Args, std::size_t... I>
[[nodiscard]] bool read_arguments(const Arguments& from, std::tuple<Args...>& to, CallResult& result,
                                  std::string_view name, std::index_sequence<I...>)
{
    [[maybe_unused]] const auto read_one = [&]<class T>(T& argument, std::size_t i) {
        const sqlite::Misfit misfit = ArgumentCodec<T>::read(from, static_cast<int>(i), argument);
        if (misfit == sqlite::Misfit::none) return true;
        refuse_argument(result, name, i, misfit);
        return false;
    };
    return (read_one(std::get<I>(to), I) && ...);
}

// Whether what a function returns is a value of SQL, or a Result of one.
template <class R>
inline constexpr bool is_function_result = sqlite::Bindable<R>;
template <class T>
inline constexpr bool is_function_result<Result<T>> = sqlite::Bindable<T>;

template <class R>
void give_result(CallResult& to, const R& value)
{
    if constexpr (is_result<R>::value) {
        if (!value)
            to.refuse(value.error());
        else
            give_result(to, *value);
    } else {
        sqlite::Codec<R>::bind(to, 1, value);
    }
}

// The boundary: what the program throws becomes an error of the statement.
template <class Call>
void guard_call(CallResult& result, sqlite3_context* context, const Call& call) noexcept
{
    try {
        call();
    } catch (const Error& error) { // of must(): as one that is returned
        result.refuse(error);
    } catch (const std::bad_alloc&) {
        sqlite3_result_error_nomem(context);
    } catch (const std::exception& thrown) {
        result.fail(thrown.what());
    } catch (...) {
        result.fail("the function threw something that is no std::exception");
    }
}

// The one signature of a callable.
template <class R, class... Args>
struct Signature {
    using result = R;
    using arguments = std::tuple<std::remove_cvref_t<Args>...>;
    static constexpr std::size_t count = sizeof...(Args);
};

template <class R, class... Args>
Signature<R, Args...> signature_of(R (*)(Args...));
template <class R, class... Args>
Signature<R, Args...> signature_of(R (*)(Args...) noexcept);
template <class C, class R, class... Args>
Signature<R, Args...> signature_of(R (C::*)(Args...));
template <class C, class R, class... Args>
Signature<R, Args...> signature_of(R (C::*)(Args...) noexcept);
template <class C, class R, class... Args>
Signature<R, Args...> signature_of(R (C::*)(Args...) const);
template <class C, class R, class... Args>
Signature<R, Args...> signature_of(R (C::*)(Args...) const noexcept);

template <class F>
concept HasCallOperator = requires { &F::operator(); };
template <class F>
consteval auto find_signature()
{
    if constexpr (HasCallOperator<F>)
        return decltype(signature_of(&F::operator())){};
    else
        return decltype(signature_of(std::declval<F>())){};
}
template <class F>
concept OneSignature = HasCallOperator<F> || std::is_function_v<std::remove_pointer_t<F>>;

} // namespace tenantry::detail
