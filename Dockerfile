# kgw alone, as a KRM function or a step of a pipeline. The context is what
# goreleaser puts together: the program under its platform, and LICENSE.
FROM scratch
ARG TARGETPLATFORM
COPY --chmod=0755 $TARGETPLATFORM/kgw /usr/local/bin/kgw
COPY --chmod=0644 LICENSE /usr/share/doc/kgw/copyright
ENV PATH=/usr/local/bin
WORKDIR /work
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/kgw"]
