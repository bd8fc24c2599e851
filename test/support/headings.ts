/** The parts of a Markdown page that links can name: each heading as GitHub writes it after the `#`. */
export function headingLinks(page: string): readonly string[] {
  const headings = page.replaceAll(/```[\s\S]*?```/g, "").matchAll(/^#{1,6} (.*)$/gm)
  return [...headings].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  )
}
