/**
 * Every refusal, in the four shapes of {@code ErrorShape}. {@code ProblemType} lists the codes; code throws a
 * {@code BrokerException}, which {@code ProblemMappers} answers, and {@code http.HttpFailures} before REST. The end of the path
 * chooses the shape:
 *
 * <pre>
 *  /oauth2/token  OAuth error (RFC 6749)
 *  /msi/token     managed identity error
 *  /azd/token     azd error
 *  all others     problem details (RFC 9457)
 * </pre>
 */
@NullMarked
package io.tokenbroker.problem;

import org.jspecify.annotations.NullMarked;
