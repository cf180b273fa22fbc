package io.tokenbroker.sandbox.entra;

/**
 * One row of Entra's error catalogue.
 *
 * @param number the number after {@code AADSTS}
 * @param error the OAuth error; the only thing a client may decide by, with {@code suberror}
 * @param suberror empty when there is none
 * @param claims a claims request as JSON text, empty when there is none
 */
record Aadsts(int number, int status, String error, String suberror, String claims, String message) {}
