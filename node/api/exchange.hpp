// Exchange: one HTTP request and its answer, as the routes see them; Connection is the real one. A route
// reads the body in order, then answers once. Every wait inside has the connection's deadline. One thread.
#pragma once

#include <boost/json/object.hpp>

#include "node/service.hpp"

namespace catacomb::node::api {

class Exchange {
public:
    virtual ~Exchange() = default;
    virtual std::string_view method() const = 0;
    virtual std::string_view target() const = 0;
    // Empty when there is none.
    virtual std::string_view header(std::string_view name) const = 0;

    // The next bytes of the body, empty at its end. Code::unreachable when the client broke off,
    // Code::timed_out when it stood still.
    virtual Task<Result<Bytes>> read_body() = 0;
    // The whole body. Code::limit when it is over `at_most` bytes.
    virtual Task<Result<std::string>> read_text(std::size_t at_most) = 0;

    virtual Task<void> answer(unsigned status, std::string json_text) = 0;
    // Head of a file; then exactly `file.size` bytes by write(), or none and the connection closes: a client
    // that counts sees that it got less than was announced.
    virtual Task<Result<>> begin_file(const GetReport& file, JobId job) = 0;
    virtual Task<Result<>> write(Bytes chunk) = 0;
};

Task<void> answer_json(Exchange& exchange, unsigned status, boost::json::object body);
Task<void> answer_error(Exchange& exchange, Error why);

}  // namespace catacomb::node::api
