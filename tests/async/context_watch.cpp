#include <tenantry/async/detail/context_watch.hpp>

#include <optional>
#include <thread>

#include <boost/asio/io_context.hpp>

#include "support/catch.hpp"

using namespace tenantry;
using detail::ContextWatch;
namespace asio = boost::asio;

namespace {

class Client final : public detail::ContextClient {
public:
    explicit Client(ContextWatch& watch) : watch_(watch) { REQUIRE(watch_.add(*this)); }
    ~Client() { watch_.remove(*this); }
    void context_gone() noexcept override { gone = true; }

    bool gone = false;

private:
    ContextWatch& watch_;
};

} // namespace

TEST_CASE("each context has one watch, whoever asks and however often")
{
    asio::io_context one;
    asio::io_context other;
    ContextWatch& watch = ContextWatch::of(one);
    CHECK(&ContextWatch::of(one) == &watch);
    CHECK(&ContextWatch::of(other) != &watch);
    CHECK(&ContextWatch::of(one) == &watch);
    ContextWatch* seen = nullptr;
    std::thread([&] { seen = &ContextWatch::of(one); }).join();
    CHECK(seen == &watch);
}

TEST_CASE("a context at the address of one that has ended has a watch of its own")
{
    std::optional<asio::io_context> context;
    for (int n = 0; n < 3; ++n) {
        context.emplace();
        ContextWatch& watch = ContextWatch::of(*context);
        CHECK(&watch == &asio::use_service<ContextWatch>(*context));
        const Client client(watch);
        CHECK_FALSE(client.gone);
    }
}
