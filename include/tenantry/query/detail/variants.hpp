// The texts of a statement of which a part is chosen at run time: made at their first use, then kept.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/expr/detail/text.hpp>
#include <tenantry/query/detail/choices.hpp>
#include <tenantry/query/detail/statement_text.hpp>
#include <tenantry/sqlite/connection.hpp>

namespace tenantry::detail {

// The variants of one statement that were wanted, with a slot each. As many as there is room for; further ones are
// made and prepared each time, so that no user's choices fill the memory. Thread-safe, without locks.
class VariantTexts {
public:
    static constexpr std::size_t capacity = 64;

    // Null where there is no room.
    template <class Render>
    [[nodiscard]] const sqlite::StatementText* find(const Choices& choices, const Render& render)
    {
        std::unique_ptr<Variant> made;
        for (std::size_t i = 0, at = choices.hash(); i < capacity; ++i, ++at) {
            std::atomic<const Variant*>& place = variants_[at % capacity];
            const Variant* there = place.load(std::memory_order_acquire);
            if (there == nullptr) {
                if (!made) made = std::make_unique<Variant>(choices, render());
                if (place.compare_exchange_strong(there, made.get(), std::memory_order_acq_rel))
                    return &made.release()->text; // kept as long as the program runs
            }
            if (there->choices == choices) return &there->text;
        }
        return nullptr;
    }

private:
    struct Variant {
        Variant(const Choices& chosen, std::string rendered)
            : choices(chosen), sql(std::move(rendered)), text{sql, sqlite::next_slot()}
        {}
        Choices choices;
        std::string sql;
        sqlite::StatementText text;
    };

    std::array<std::atomic<const Variant*>, capacity> variants_{};
};

template <class S, class Form>
[[nodiscard]] std::string variant_text(const Choices& choices)
{
    constexpr bool qualified = FormText<S, Form>::facts.qualified;
    TextSink measure;
    SqlOut<S> measured(measure, qualified, &choices);
    Form::render(measured);
    std::string text(measure.size(), '\0');
    TextSink sink(text.data());
    SqlOut<S> out(sink, qualified, &choices);
    Form::render(out);
    return text;
}

[[gnu::cold, gnu::noinline]] inline Error too_many_choices()
{
    return Error(errc::invalid_argument,
                 "more is left to run time in one statement than has room: lists of conditions "
                 "inside of others' conditions");
}

// The statement of a query, prepared.
template <class S, class Q>
[[nodiscard]] Result<sqlite::StatementLease> borrow_statement(sqlite::Connection& connection,
                                                              [[maybe_unused]] const Q& query)
{
    using Form = shape_t<Q>;
    constexpr unsigned bits = FormText<S, Form>::facts.choice_bits;
    static_assert(
        bits <= Choices::capacity,
        "tenantry: more is left to run time in one statement than has room: 128 conditions of when()");
    if constexpr (bits == 0) {
        return connection.statement(statement_text<S, Form>());
    } else {
        static VariantTexts variants;
        ChoiceCollector<S> chosen(connection.incarnation());
        query.bind(chosen);
        if (chosen.choices().is_full()) [[unlikely]]
            return fail(too_many_choices());
        const auto render = [&] { return variant_text<S, Form>(chosen.choices()); };
        if (const sqlite::StatementText* text = variants.find(chosen.choices(), render); text != nullptr)
            [[likely]]
            return connection.statement(*text);
        return connection.statement_once(render());
    }
}

} // namespace tenantry::detail
