/** Who calls: users by FusionAuth's access tokens, clients by a broker key or a token, each client with its policy. */
@NullMarked
package io.tokenbroker.caller;

import org.jspecify.annotations.NullMarked;
