// A table for people: columns as wide as what is in them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "terminal.hpp"
#include "text.hpp"

namespace slots {

class TextTable {
public:
    enum class Align { left, right };
    struct Column {
        std::string title;
        Align align = Align::left;
    };

    explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// As many cells as there are columns.
    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    /// A line across, and rows that count all others together.
    void add_total(std::vector<std::string> cells) { totals_.push_back(std::move(cells)); }

    void print(std::ostream& out, const std::string& indent = "") const
    {
        std::vector<std::string> titles;
        std::vector<std::size_t> widths;
        std::size_t all = 0;
        for (std::size_t c = 0; c < columns_.size(); ++c) {
            titles.push_back(columns_[c].title);
            std::size_t widest = width(columns_[c].title);
            for (const auto* rows : {&rows_, &totals_})
                for (const auto& row : *rows) widest = std::max(widest, width(row[c]));
            widths.push_back(widest);
            all += widest + (c == 0 ? 0 : gap);
        }
        const std::string rule(all, '-');
        out << indent << bold(line(titles, widths)) << '\n' << indent << rule << '\n';
        for (const auto& row : rows_) out << indent << line(row, widths) << '\n';
        if (totals_.empty()) return;
        out << indent << rule << '\n';
        for (const auto& row : totals_) out << indent << bold(line(row, widths)) << '\n';
    }

private:
    static constexpr std::size_t gap = 2;

    [[nodiscard]] std::string line(const std::vector<std::string>& cells,
                                   const std::vector<std::size_t>& widths) const
    {
        std::string text;
        for (std::size_t c = 0; c < cells.size(); ++c) {
            const std::string padding(widths[c] - width(cells[c]), ' ');
            if (c > 0) text.append(gap, ' ');
            text += columns_[c].align == Align::right ? padding + cells[c] : cells[c] + padding;
        }
        text.erase(text.find_last_not_of(' ') + 1);
        return text;
    }

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
    std::vector<std::vector<std::string>> totals_;
};

} // namespace slots
