# The broker on a Java 25 runtime: not as root, able to run with a read-only root file system (give it a /tmp).
# Build it by `make image`, or: docker build --build-arg BASE=<image with Java 25> -t token-broker .
ARG BASE=docker.io/library/eclipse-temurin:25-jre
FROM ${BASE}

COPY --chmod=0555 target/quarkus-app/ /opt/token-broker/

USER 10001:10001
WORKDIR /opt/token-broker
EXPOSE 8080

ENV JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=70 -XX:+ExitOnOutOfMemoryError -XX:+UseCompactObjectHeaders"

HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /q/health/live HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q '^HTTP/1.. 200' <&3"]

ENTRYPOINT ["java", "-jar", "quarkus-run.jar"]
