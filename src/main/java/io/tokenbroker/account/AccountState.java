package io.tokenbroker.account;

/** What an account is good for. */
public sealed interface AccountState {

    record Active() implements AccountState {}

    /** @param reason a word such as {@code revoked} or {@code expired} */
    record ReauthorizationRequired(String reason) implements AccountState {}

    record NoRefreshToken() implements AccountState {}
}
