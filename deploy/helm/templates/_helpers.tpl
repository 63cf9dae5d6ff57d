{{- define "bot-bridge.labels" -}}
app.kubernetes.io/name: bot-bridge
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "bot-bridge.select" -}}
app.kubernetes.io/name: bot-bridge
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "bot-bridge.name" -}}
{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- end }}
