#include "tracker/service.hpp"

#include <algorithm>
#include <charconv>
#include <iostream>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include <tenantry/async/retry.hpp>
#include <tenantry/core/http_status.hpp>
#include <tenantry/json.hpp>

namespace tracker {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

using Answering = asio::awaitable<Result<Answer>>;

// Ids in URLs and documents know their company; what is not there is left out.
constexpr JsonOptions api{.leave_out_null = true, .ids = JsonIds::external};

template <class Value>
Answer answer(int status, const Value& value)
{
    return Answer{.status = status, .body = must(to_json(value, api))};
}

Answer says(int status, std::string_view error) { return {.status = status, .body = {{"error", error}}}; }

Answer not_found() { return says(404, "there is no such thing"); }

Answer refusal(const Error& error)
{
    const HttpStatus status = http_status(error);
    if (status.code >= 500) std::cerr << error << '\n';
    // What the client has sent itself it may read again: the message says which field is wrong.
    const std::string_view text = error == errc::invalid_json ? error.message() : status.text;
    return {.status = status.code,
            .body = {{"error", std::string(text)}, {"kind", std::string(to_string(error.errc()))}},
            .retry_after = status.retry_after};
}

// As many as are asked for, or 20.
std::size_t page_size(const Request& request)
{
    const std::string text = request.parameter("limit");
    std::size_t size = 20;
    std::from_chars(text.data(), text.data() + text.size(), size);
    return std::clamp<std::size_t>(size, 1, 100);
}

// What a client may say of what it makes.
struct NewTicket {
    Id<User> reporter{};
    std::optional<Id<User>> assignee{};
    std::string title{};
    std::string text{};
};
struct NewComment {
    Id<User> author{};
    std::string text{};
};
struct NewUser {
    std::string name{};
};
struct NewCompany {
    std::string id{};
};

// ---- users

template <class T>
Answering add_user(TenantDb<T> db, const Request& request)
{
    auto given = must(from_json<NewUser>(request.body));
    const User user{.name = std::move(given.name)};
    co_return answer(201, co_await must(db.async_write(one(insert(user).returning()))));
}

template <class T>
Answering list_users(TenantDb<T> db)
{
    auto users = select<User>().order_by(col<&User::name>);
    co_return answer(200, co_await must(db.async_read(users)));
}

// ---- tickets

template <class T>
Answering add_ticket(TenantDb<T> db, const Request& request)
{
    NewTicket given = must(from_json<NewTicket>(db, request.body, api));
    const auto at = now();
    const Ticket ticket{.reporter = given.reporter,
                        .assignee = given.assignee,
                        .title = std::move(given.title),
                        .text = std::move(given.text),
                        .created_at = at,
                        .changed_at = at};
    co_return answer(201, co_await must(db.async_write(one(insert(ticket).returning()))));
}

template <class T>
Answering list_tickets(TenantDb<T> db, const Request& request)
{
    std::optional<State> state;
    if (const std::string name = request.parameter("state"); !name.empty()) {
        state = enum_value<State>(name);
        if (!state) co_return says(400, "there is no such state");
    }
    const std::size_t size = page_size(request);
    auto tickets = select<Ticket>()
                       .where(when(state, [](State wanted) { return col<&Ticket::state> == wanted; }))
                       .order_by(desc(col<&Ticket::changed_at>), col<&Ticket::id>)
                       .limit(size);
    auto query = page_after(tickets, Cursor{request.parameter("after")});
    const auto page = co_await must(db.async_read(query));
    json::object body{{"items", must(to_json(page, api))}};
    if (page.size() == size) body["next"] = must(cursor_after(tickets, page.back())).text;
    co_return Answer{.status = 200, .body = std::move(body)};
}

template <class T>
Answering show_ticket(TenantDb<T> db, const Request& request)
{
    const auto key = must(key_for<Ticket>(db, request.path[2]));
    // Both are of one moment.
    auto read = [key](Snapshot<T>& snapshot) -> Result<Answer> {
        const auto ticket = must(snapshot.read(one(select<Ticket>().where(col<&Ticket::id> == key))));
        const auto comments = must(snapshot.read(select(row<Comment>, col<&User::name>)
                                                     .join(table<User>)
                                                     .where(col<&Comment::ticket> == key)
                                                     .order_by(col<&Comment::id>)));
        json::value body = must(to_json(ticket, api));
        body.as_object()["comments"] = must(to_json(comments, parts("comment"_n, "author"_n), api));
        return Answer{.status = 200, .body = std::move(body)};
    };
    co_return co_await db.async_snapshot(read);
}

template <class T>
Answering change_ticket(TenantDb<T> db, const Request& request)
{
    const auto key = must(key_for<Ticket>(db, request.path[2]));
    const TicketPatch patch = must(from_json<TicketPatch>(db, request.body, api));
    auto change = one(update<Ticket>(key).set(patch, col<&Ticket::changed_at> = now()).returning());
    co_return answer(200, co_await must(db.async_write(change)));
}

template <class T>
Answering remove_ticket(TenantDb<T> db, const Request& request)
{
    const auto key = must(key_for<Ticket>(db, request.path[2]));
    const auto removed = co_await must(db.async_write(remove<Ticket>(key))); // its comments go with it
    if (removed == 0) co_return not_found();
    co_return Answer{.status = 204};
}

template <class T>
Answering add_comment(TenantDb<T> db, const Request& request)
{
    const auto key = must(key_for<Ticket>(db, request.path[2]));
    NewComment given = must(from_json<NewComment>(db, request.body, api));
    auto add = [key, given = std::move(given)](Tx<T>& tx) -> Result<Answer> {
        const Comment comment{.ticket = key, .author = given.author, .text = given.text, .at = now()};
        if (must(tx.write(update<Ticket>(key).set(col<&Ticket::changed_at> = comment.at))) == 0)
            return not_found();
        return answer(201, must(tx.write(one(insert(comment).returning()))));
    };
    co_return co_await db.async_write(add);
}

template <class T>
Answering search(TenantDb<T> db, const Request& request)
{
    // The last word may be the beginning of one.
    const std::string words = full_text_words(request.parameter("q"), Words::all, true);
    if (words.empty()) co_return says(400, "say what is searched for: ?q=words");
    auto found = select<Ticket>()
                     .join(table<TicketText>)
                     .where(match<TicketText>(words))
                     .order_by(bm25<TicketText>(10, 1))
                     .limit(page_size(request));
    co_return answer(200, co_await must(db.async_read(found)));
}

// ---- which is meant

// In words, with * for the id: "GET tickets/*/comments".
std::string question(const Request& request)
{
    std::string text = request.method;
    for (std::size_t i = 1; i < request.path.size(); ++i)
        text.append(i == 1 ? " " : "/").append(i == 2 ? "*" : request.path[i]);
    return text;
}

template <class T>
Answering route(TenantDb<T> db, const Request& request)
{
    const std::string asked = question(request);
    if (asked == "POST users") co_return co_await add_user(db, request);
    if (asked == "GET users") co_return co_await list_users(db);
    if (asked == "POST tickets") co_return co_await add_ticket(db, request);
    if (asked == "GET tickets") co_return co_await list_tickets(db, request);
    if (asked == "GET tickets/*") co_return co_await show_ticket(db, request);
    if (asked == "PATCH tickets/*") co_return co_await change_ticket(db, request);
    if (asked == "DELETE tickets/*") co_return co_await remove_ticket(db, request);
    if (asked == "POST tickets/*/comments") co_return co_await add_comment(db, request);
    if (asked == "GET search") co_return co_await search(db, request);
    co_return not_found();
}

Answering add_company(Fleet<Tracker>& fleet, const Request& request)
{
    const auto given = from_json<NewCompany>(request.body);
    if (!given) co_return fail(given.error());
    const auto created = co_await fleet.async_create(given->id);
    if (!created) co_return fail(created.error());
    co_return Answer{.status = 201, .body = {{"id", given->id}}};
}

Answering answer_to(Fleet<Tracker>& fleet, const Request& request)
{
    if (request.path.empty()) co_return not_found();
    const std::string& company = request.path[0];
    if (request.path.size() == 1 && company == "companies" && request.method == "POST")
        co_return co_await add_company(fleet, request);

    auto body = [&request]<class T>(TenantDb<T> db) -> Answering { co_return co_await route(db, request); };
    // All the time that it may take, the wait for the company's database included.
    auto ask = [&] { return fleet.async_with(company, within(2s), body); };
    // Where too much is going on nothing was done, and another try may be all that it needs.
    co_return co_await async_retry(ask, {.tries = 3});
}

} // namespace

asio::awaitable<Answer> handle(Fleet<Tracker>& fleet, Request request)
{
    Result<Answer> result = co_await answer_to(fleet, request);
    if (!result) co_return refusal(result.error());
    co_return std::move(*result);
}

} // namespace tracker
