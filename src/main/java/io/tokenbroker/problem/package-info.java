/** What is wrong, who must act, and how: every refusal of the broker, as RFC 9457 problem details. */
@NullMarked
package io.tokenbroker.problem;

import org.jspecify.annotations.NullMarked;
