/**
 * START: a person asks to link an account, to authorize one again, or to consent to another resource.
 *
 * <pre>
 *  POST /authorizations/start
 *  the provider → is redirect_uri configured? → the account, if one is named
 *  → seal the AuthorizationState → answer state and authorize_url
 * </pre>
 *
 * <p>The server keeps nothing: the sealed state has the user, the provider, the verifier and when it expires.
 */
@NullMarked
package io.tokenbroker.start;

import org.jspecify.annotations.NullMarked;
