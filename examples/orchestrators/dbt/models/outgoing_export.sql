{{ config(
    materialized='external',
    location=var('outgoing') ~ '/cases.csv',
    format='csv',
    post_hook=[
      "{{ write_manifest('cases.csv') }}",
      "select isa_guard_check('{{ var(\"outgoing\") }}/export.json')",
    ],
) }}
select * from read_csv('{{ var("cases") }}', all_varchar = true)
