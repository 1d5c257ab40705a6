// The tracker, as its clients have it: over HTTP.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "examples/slots_program.hpp"
#include "support/catch.hpp"

using namespace tenantry::test;

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace json = boost::json;

struct Reply {
    unsigned status = 0;
    json::value body{};

    [[nodiscard]] std::string text(const char* member) const
    {
        return std::string(body.at(member).as_string());
    }
};

// One client, who keeps a connection.
class Client {
public:
    explicit Client(std::uint16_t port)
    {
        stream_.connect(asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), port));
    }

    Reply ask(http::verb method, const std::string& target, const std::string& body = {})
    {
        http::request<http::string_body> request(method, target, 11);
        request.set(http::field::host, "localhost");
        request.body() = body;
        request.prepare_payload();
        http::write(stream_, request);
        http::response<http::string_body> response;
        http::read(stream_, buffer_, response);
        return {response.result_int(),
                response.body().empty() ? json::value() : json::parse(response.body())};
    }
    Reply get(const std::string& target) { return ask(http::verb::get, target); }
    Reply post(const std::string& target, const json::value& body)
    {
        return ask(http::verb::post, target, json::serialize(body));
    }
    Reply patch(const std::string& target, const json::value& body)
    {
        return ask(http::verb::patch, target, json::serialize(body));
    }

private:
    asio::io_context context_;
    boost::beast::tcp_stream stream_{context_};
    boost::beast::flat_buffer buffer_;
};

// The program, listening.
class Service {
public:
    explicit Service(const TempDir& directory)
        : process_({(directory.path() / "fleet").string(), "0"}, {-1, -1}, "tracker")
    {
        const std::string before = "http://127.0.0.1:";
        for (;;) {
            const std::string said = process_.said();
            if (said.ends_with('\n')) {
                port = static_cast<std::uint16_t>(std::stoul(said.substr(before.size())));
                return;
            }
            if (process_.has_ended()) throw std::runtime_error(process_.wait().err);
            std::this_thread::yield();
        }
    }

    Ended end(int signal)
    {
        process_.send(signal);
        return process_.wait();
    }

    std::uint16_t port = 0;

private:
    SlotsProcess process_;
};

} // namespace

TEST_CASE("companies, users, tickets and comments, and what is refused")
{
    TempDir directory;
    Service service(directory);
    Client client(service.port);
    REQUIRE(client.post("/companies", {{"id", "acme"}}).status == 201);
    REQUIRE(client.post("/companies", {{"id", "globex"}}).status == 201);
    CHECK(client.post("/companies", {{"id", "acme"}}).status == 409);
    CHECK(client.get("/nobody/users").status == 404);
    CHECK(client.get("/").status == 404);

    const auto ann = client.post("/acme/users", {{"name", "ann"}});
    REQUIRE(ann.status == 201);
    CHECK(client.post("/acme/users", {{"name", "ann"}}).status == 409);
    CHECK(client.get("/acme/users").body.as_array().size() == 1);
    const auto other = client.post("/globex/users", {{"name", "ann"}});
    CHECK(other.text("id") != ann.text("id"));

    const auto made = client.post(
        "/acme/tickets", {{"reporter", ann.text("id")}, {"title", "it is broken"}, {"text", "a screw"}});
    REQUIRE(made.status == 201);
    CHECK(made.text("state") == "open");
    const std::string ticket = "/acme/tickets/" + made.text("id");

    // What a client has got wrong is told by its field; another company's ids are nobody's.
    const auto wrong =
        client.post("/acme/tickets", {{"reporter", ann.text("id")}, {"title", 3}, {"text", ""}});
    CHECK(wrong.status == 400);
    CHECK(wrong.text("error") == "title: expected a text, found 3");
    CHECK(client.ask(http::verb::post, "/acme/tickets", "{").status == 400);
    CHECK(
        client.post("/acme/tickets", {{"reporter", other.text("id")}, {"title", "x"}, {"text", ""}}).status ==
        404);
    CHECK(client.get("/globex/tickets/" + made.text("id")).status == 404);
    CHECK(client.get("/acme/tickets/1").status == 404);

    const auto changed = client.patch(ticket, {{"state", "working"}, {"assignee", ann.text("id")}});
    REQUIRE(changed.status == 200);
    CHECK(changed.text("state") == "working");
    CHECK(changed.text("title") == "it is broken");
    CHECK_FALSE(client.patch(ticket, {{"assignee", nullptr}}).body.as_object().contains("assignee"));
    CHECK(client.patch(ticket, {{"created_at", "2024-01-01T00:00:00Z"}}).status == 400);
    CHECK(client.patch(ticket, {{"title", ""}}).status == 422);

    CHECK(client.post(ticket + "/comments", {{"author", ann.text("id")}, {"text", "indeed"}}).status == 201);
    const auto shown = client.get(ticket);
    REQUIRE(shown.status == 200);
    CHECK(shown.body.at("comments").at(0).at("author") == "ann");
    CHECK(shown.body.at("comments").at(0).at("comment").at("text") == "indeed");

    CHECK(client.get("/acme/search?q=scr").body.as_array().size() == 1);
    CHECK(client.get("/acme/search?q=%22OR+(").status != 500);
    CHECK(client.ask(http::verb::delete_, ticket).status == 204);
    CHECK(client.ask(http::verb::delete_, ticket).status == 404);
    CHECK(client.get(ticket).status == 404);
    CHECK(client.get("/acme/search?q=screw").body.as_array().empty());

    const Ended ended = service.end(SIGTERM);
    INFO(ended.err);
    CHECK(ended.status == 0);
}

TEST_CASE("clients write at once, pages have every ticket once, and nothing is lost when it is killed")
{
    TempDir directory;
    constexpr int clients = 4;
    constexpr int each = 10;
    {
        Service service(directory);
        Client client(service.port);
        REQUIRE(client.post("/companies", {{"id", "acme"}}).status == 201);
        const std::string ann = client.post("/acme/users", {{"name", "ann"}}).text("id");
        std::atomic<int> stored = 0;
        std::vector<std::thread> threads;
        for (int n = 0; n < clients; ++n)
            threads.emplace_back([&, n] {
                Client mine(service.port);
                for (int i = 0; i < each; ++i)
                    if (mine.post("/acme/tickets",
                                  {{"reporter", ann}, {"title", std::to_string(n * each + i)}, {"text", ""}})
                            .status == 201)
                        ++stored;
            });
        for (auto& thread : threads) thread.join();
        CHECK(stored == clients * each);
        CHECK(service.end(SIGKILL).signal == SIGKILL);
    }
    Service service(directory);
    Client client(service.port);
    std::vector<std::string> seen;
    std::string after;
    for (;;) {
        const auto page = client.get("/acme/tickets?state=open&limit=7&after=" + after);
        REQUIRE(page.status == 200);
        for (const auto& ticket : page.body.at("items").as_array())
            seen.emplace_back(ticket.at("title").as_string());
        const auto* next = page.body.as_object().if_contains("next");
        if (next == nullptr) break;
        after = std::string(next->as_string());
    }
    std::sort(seen.begin(), seen.end());
    CHECK(seen.size() == clients * each);
    CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
    // A cursor of these pages is none of others.
    CHECK(client.get("/acme/tickets?after=" + after + "x").status == 400);
    CHECK(client.get("/acme/tickets?state=lost").status == 400);
}
