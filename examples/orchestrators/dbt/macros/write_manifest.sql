{# The manifest of what a model has written, from what its properties declare: digest and rows are those of the file. #}
{% macro write_manifest(file) %}
{%- if execute -%}
  {%- set columns = {} -%}
  {%- for name, column in model.columns.items() -%}
    {%- do columns.update({name: column.meta}) -%}
  {%- endfor -%}
  copy (
    select
      'isa-guard/export/1' as format,
      '{{ tojson(model.config.meta.export) | replace("'", "''") }}'::json as export,
      [{'path': '{{ file }}', 'sha256': sha256(content), 'rows': (select count(*) from {{ this }})}] as files,
      '{{ tojson(columns) | replace("'", "''") }}'::json as columns
    from read_blob('{{ var("outgoing") }}/{{ file }}')
  ) to '{{ var("outgoing") }}/export.json' (format json)
{%- endif -%}
{% endmacro %}
