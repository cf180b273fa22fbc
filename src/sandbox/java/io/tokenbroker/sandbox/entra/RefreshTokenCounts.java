package io.tokenbroker.sandbox.entra;

/**
 * What became of the refresh tokens.
 *
 * @param issued how many there were
 * @param used how often one bought tokens
 * @param usedAgain how often that was one that had been used before
 */
public record RefreshTokenCounts(long issued, long used, long usedAgain) {}
