# The service with the buffering proxy in front of it (docs/deploying.md). Migrations are a step of their own:
#   docker run --rm --env-file .env todo-api python manage.py migrate
FROM python:3.13-slim-trixie AS packages
# requirements-observability.lock brings OpenTelemetry and Sentry along.
ARG REQUIREMENTS=requirements.lock
COPY requirements.lock requirements-observability.lock /
RUN python -m venv /srv/venv \
 && /srv/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /${REQUIREMENTS} \
 && /srv/venv/bin/pip uninstall --yes --quiet pip

FROM python:3.13-slim-trixie
# Debian keeps the newest version only, so a pinned one could soon not be built.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends nginx \
 && rm -rf /var/lib/apt/lists/* /etc/nginx/sites-enabled \
 && useradd --system --uid 10001 --no-create-home service
ENV PATH=/srv/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
COPY --from=packages /srv/venv /srv/venv
WORKDIR /srv/todo
COPY manage.py ./
COPY deploy deploy
COPY betterauth_auth betterauth_auth
COPY todos todos
COPY todoproject todoproject
# Nothing can be written at run time, so what Python would write then is written now.
RUN python -m compileall -q /srv/todo /srv/venv/lib
USER 10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=12s --start-period=20s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=11)"]
# Needs /tmp to be writable (a tmpfs will do); everything else may be read-only.
CMD ["python", "manage.py", "serve", "--behind-nginx", "--host=0.0.0.0", "--port=8000"]
