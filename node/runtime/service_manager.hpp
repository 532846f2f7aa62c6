// Words to the service manager that started us (systemd's sd_notify protocol): one datagram per word to the
// socket that $NOTIFY_SOCKET names, in the file system or, with an @, abstract. Without that variable nothing
// is said. Best effort: a manager that does not listen is no reason to stop.
#pragma once

#include <string_view>

namespace catacomb::node {

// "READY=1", "STOPPING=1", "EXTEND_TIMEOUT_USEC=…", "STATUS=…"; several with line feeds between them.
void tell_service_manager(std::string_view words);

}  // namespace catacomb::node
