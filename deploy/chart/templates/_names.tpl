{{- define "tapline.name" -}}
{{- contains "tapline" .Release.Name | ternary .Release.Name (printf "%s-tapline" .Release.Name) | trunc 52 | trimSuffix "-" }}
{{- end }}

{{- define "tapline.labels" -}}
app.kubernetes.io/name: tapline
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
