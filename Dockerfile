# docker build --tag wenju .
# mkdir 文献        before docker makes it, which would be root's
# docker run --rm --network host --user "$(id -u)" --volume "$PWD/文献:/library" wenju     http://127.0.0.1:8501
# docker run --rm --user "$(id -u)" --volume "$PWD/文献:/library" wenju index              any other command likewise
# It listens on loopback: beyond this machine only with --host and a login (docs/security.md).
FROM python:3.11-slim AS build
COPY . /source
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels /source

FROM python:3.11-slim
RUN useradd --create-home --uid 1000 reader && install --directory --owner reader /library
RUN --mount=from=build,source=/wheels,target=/wheels --mount=from=build,source=/source,target=/source \
    pip install --no-cache-dir --require-hashes --no-deps --requirement /source/requirements.lock \
    && pip install --no-cache-dir /wheels/*.whl
USER reader
WORKDIR /library
# The model unpacked is kept with the library: half a gigabyte that each new container would unpack again.
ENV HOME=/tmp WENJU_CORPUS=/library/corpus WENJU_INDEX=/library/index WENJU_CACHE=/library/cache
ENTRYPOINT ["wenju"]
CMD ["chat"]
