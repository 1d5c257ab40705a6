// What a company's tracker keeps.
#pragma once

#include <optional>
#include <string>

#include <tenantry/tenantry.hpp>

namespace tracker {

using namespace tenantry;

enum class State { open, working, done };

struct User {
    Id<User> id{};
    std::string name{};
};

struct Ticket {
    Id<Ticket> id{};
    Id<User> reporter{};
    std::optional<Id<User>> assignee{};
    std::string title{};
    std::string text{};
    State state = State::open;
    Timestamp created_at{};
    Timestamp changed_at{};
};

struct Comment {
    Id<Comment> id{};
    Id<Ticket> ticket{};
    Id<User> author{};
    std::string text{};
    Timestamp at{};
};

// What is searched.
struct TicketText {
    Id<Ticket> ticket{};
    std::string title{};
    std::string text{};
};

inline constexpr auto has_title = col<&Ticket::title> != "";

struct Tracker : Schema<Table<"user", User, Unique<&User::name>>,
                        Table<"ticket", Ticket, Check<"has_title", has_title>,
                              Index<"ticket_changed", Descending<&Ticket::changed_at>, &Ticket::id>>,
                        Table<"comment", Comment, OnDelete<&Comment::ticket, Action::cascade>,
                              Index<"comment_ticket", &Comment::ticket, &Comment::id>>,
                        FullText<"ticket_text", TicketText, ContentOf<Ticket>>> {};

// What a client may say of a ticket that it changes.
using TicketPatch = Patch<&Ticket::title, &Ticket::text, &Ticket::state, &Ticket::assignee>;

} // namespace tracker
