import boundaries from 'eslint-plugin-boundaries'
import importX from 'eslint-plugin-import-x'
import jsxA11y from 'eslint-plugin-jsx-a11y'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

/** Each layer may import those before it, never after (ARCHITECTURE.md): lib ← locales ← services ← contexts ← components ← pages. */
const LAYERS = ['styles', 'lib', 'locales', 'services', 'contexts', 'components', 'pages', 'app']

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'public', 'sw', 'src/services/schema.ts'] },
  ...tseslint.configs.strictTypeChecked,
  jsxA11y.flatConfigs.strict,
  reactHooks.configs.flat.recommended,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['*.js', 'scripts/*.mjs'] } } },
    plugins: { boundaries, 'import-x': importX },
    settings: {
      'import/resolver': { typescript: { project: './tsconfig.json' } },
      'import-x/resolver': { typescript: { project: './tsconfig.json' } },
      'boundaries/include': ['src/**/*'],
      'boundaries/elements': [
        ...LAYERS.slice(0, -1).map((type) => ({ type, pattern: `src/${type}`, mode: 'folder' })),
        { type: 'app', pattern: 'src/*', mode: 'file' },
      ],
    },
    rules: {
      'boundaries/element-types': [
        'error',
        {
          default: 'disallow',
          message: '${file.type} may not import ${dependency.type}: see the layers in eslint.config.js.',
          rules: LAYERS.map((from, index) => ({ from, allow: LAYERS.slice(0, index + 1) })),
        },
      ],
      'import-x/no-cycle': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'CallExpression[callee.property.name=/^toLocale(Date|Time)?String$/]', message: 'Format in lib/dates.ts or lib/money.ts.' },
        { selector: 'CallExpression[callee.name=/^(parseFloat)$/]', message: 'No float near money: lib/money.ts reads amounts.' },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off', // `() => setOpen(false)` says it better than a block
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/no-invalid-void-type': ['error', { allowAsThisParameter: true, allowInGenericTypeArguments: true }],
      'jsx-a11y/label-has-associated-control': ['error', { assert: 'either', depth: 3 }],
    },
  },
  { files: ['src/lib/**'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
)
