// What the tracker answers to a request, whatever brought it.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "tracker/messages.hpp"
#include "tracker/schema.hpp"

namespace tracker {

/// Never fails: what goes wrong is an answer too.
boost::asio::awaitable<Answer> handle(Fleet<Tracker>& fleet, Request request);

} // namespace tracker
