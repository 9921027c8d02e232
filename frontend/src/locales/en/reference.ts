export default {
  reference: 'Reference',
  hint: 'Tell us this if it goes on; we find out what happened by it.',
  copy: 'Copy the reference',
  copied: 'Copied',
} as const
