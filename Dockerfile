# The virtual environment is made in one stage and copied: pip and its cache stay behind.
FROM python:3.13-slim AS build
COPY requirements.lock /
RUN python -m venv --without-pip /venv \
 && python -m pip --python /venv/bin/python install --quiet --no-cache-dir --no-compile --disable-pip-version-check \
      --require-hashes --only-binary :all: -r /requirements.lock
WORKDIR /app
COPY adapters adapters
COPY bot bot
COPY storage storage
# Compiled here because the running container can't write: its root may be read-only.
RUN python -m compileall -q -j 0 /venv/lib /app

FROM python:3.13-slim
RUN useradd --uid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin glimpse \
 && install --directory --owner glimpse --group glimpse /data
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    DATABASE_URL=sqlite+aiosqlite:////data/glimpse.db
WORKDIR /app
USER glimpse
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ.get('HTTP_PORT') or 8080}/healthz\", timeout=4)"]
ENTRYPOINT ["python", "-m", "bot"]
