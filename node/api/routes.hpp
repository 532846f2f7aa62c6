// Routes: the table of the API's requests (docs/spec/api.md 2). Owns what its handlers share. One thread.
#pragma once

#include <functional>

#include "node/api/files.hpp"

namespace catacomb::node::api {

class Routes {
public:
    // All must outlive it.
    Routes(routing::Runtime& runtime, Service& service, const ApiConfig& limits);
    Routes(const Routes&) = delete;
    Routes& operator=(const Routes&) = delete;

    // Answers one request. Never fails: what goes wrong is told to the client.
    Task<void> handle(Exchange& exchange);
    // Gives up files that nobody fetched in time, until the runtime closes.
    Task<void> forget_unfetched() { return transfers_.forget_unfetched(); }

private:
    using Handler = std::function<Task<void>(Exchange&, const Call&)>;
    std::vector<Router<Handler>::Row> table();
    Task<void> tell_status(Exchange& exchange, const Call& call);
    Task<void> tell_circuits(Exchange& exchange, const Call& call);

    Service& service_;
    Transfers transfers_;
    Jobs jobs_;
    Files files_;
    const Router<Handler> router_;
};

}  // namespace catacomb::node::api
