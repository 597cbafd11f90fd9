/** The entry: `serve` starts a node, every other word is a command of the client. Each loads only its own half. */
if (process.argv[2] === 'serve') {
  const { serve } = await import('./server/main.ts')
  await serve(process.env)
} else {
  const { main } = await import('./cli/main.ts')
  await main(process.argv, process.env)
}
