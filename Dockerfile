# The app as an image, without the embedded PostgreSQL, so DATABASE_URL has to be set.
# scripts/try-dockerfile.ts runs these steps without Docker.

FROM node:24-bookworm-slim AS pages
WORKDIR /app
COPY package.json package-lock.json ./
COPY install/package.json install/
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build:pages

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
COPY install/package.json install/
RUN npm ci --omit=dev --omit=optional --ignore-scripts --workspaces=false

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json schema.sql ./
COPY migrations migrations
COPY src src
COPY install/package.json install/
COPY --from=pages /app/install/dist install/dist
# The user "node" of the base image. The app writes nothing, so the root file system may be read-only.
USER 1000:1000
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/readyz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/launch.js"]
