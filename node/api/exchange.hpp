// Exchange: one HTTP request and its answer, as the handlers see them; Connection is the real one. A handler
// reads the body in order, then answers once. Every wait inside has the connection's deadline. One thread.
#pragma once

#include <boost/json/object.hpp>

#include "node/service.hpp"

namespace catacomb::node::api {

struct Answer {
    unsigned status = 200;
    boost::json::object body;
    std::vector<std::pair<std::string, std::string>> headers{};
};
// With the status of the error's code.
Answer answer_of(const Error& why);
Answer answer_of(const Error& why, unsigned status);

class Exchange {
public:
    virtual ~Exchange() = default;
    virtual std::string_view method() const = 0;
    virtual std::string_view target() const = 0;
    // Empty when there is none.
    virtual std::string_view header(std::string_view name) const = 0;
    // The answer is a head without a body.
    bool is_head() const { return method() == "HEAD"; }

    // The next bytes of the body, empty at its end. Code::unreachable when the client broke off,
    // Code::timed_out when it stood still, Code::malformed when it is no HTTP.
    virtual Task<Result<Bytes>> read_body() = 0;

    // False when the client has gone.
    virtual Task<bool> answer(Answer what) = 0;
    // Head of a file; then, unless is_head(), exactly `file.size` bytes by write(), or none and the
    // connection closes: a client that counts sees that it got less than was announced.
    virtual Task<Result<>> begin_file(const GetReport& file, JobId job) = 0;
    virtual Task<Result<>> write(Bytes chunk) = 0;
};

// The whole body. Code::limit when it is over `at_most` bytes.
Task<Result<std::string>> read_text(Exchange& exchange, std::size_t at_most);
Task<bool> answer_error(Exchange& exchange, Error why);

}  // namespace catacomb::node::api
