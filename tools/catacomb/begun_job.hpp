// BegunJob: a job that this command line has begun: the connection that carries its file, and how to cancel
// it.
#pragma once

#include "tools/api_client/api_client.hpp"
#include "tools/api_client/terminal.hpp"

namespace catacomb::cli {

class BegunJob {
public:
    // `request` as in docs/spec/api.md 2.1. Waits while as many jobs run as may. What the node refuses at
    // once is the error here.
    static Result<BegunJob> begin(const Options& options, const boost::json::object& request);

    ApiClient& connection() { return connection_; }
    std::string content() const { return target_ + "/content"; }
    const std::string& id() const { return id_; }
    // Another connection, for who watches.
    ApiClient another_connection() const;
    // From any thread; best effort.
    void cancel() const;

private:
    BegunJob(ApiClient connection, std::string id);
    ApiClient connection_;
    std::string id_, target_;
};

}  // namespace catacomb::cli
