import type { JSX } from "preact"
import type { TokenDefect } from "../../../src/testing.ts"
import { change, type Draft } from "../state/draft.ts"
import { state } from "../state/stack.ts"

const titles: { readonly [defect in TokenDefect]: readonly [label: string, meaning: string] } = {
  expired: ["expired", "Its time ended an hour ago"],
  notYetValid: ["not yet valid", "Its time begins in an hour"],
  wrongAudience: ["wrong audience", "It is meant for another API"],
  wrongIssuer: ["wrong issuer", "The iss claim names an issuer that is not configured"],
  tampered: ["tampered", "A claim was changed after signing"],
  unknownKey: ["unknown key", "A key signed it that the issuer does not publish"],
  algNone: ["alg none", "The header says that no signature is needed"],
  idToken: ["ID token", "It is for the client, not for an API"],
}

/** What is wrong with the token; several may be combined. */
export function Defects({ now }: { readonly now: Draft }): JSX.Element {
  const known = (state.value?.defects ?? []).filter((defect) => Object.hasOwn(titles, defect))
  return (
    <fieldset class="defects">
      <legend>Defects of the token</legend>
      <div class="chips">
        {known.map((defect) => {
          const isOn = now.defects.includes(defect)
          const [label, meaning] = titles[defect]
          return (
            <button
              key={defect}
              type="button"
              class="chip"
              title={meaning}
              aria-pressed={isOn}
              onClick={() =>
                change({ defects: isOn ? now.defects.filter((each) => each !== defect) : [...now.defects, defect] })
              }
            >
              {label}
            </button>
          )
        })}
      </div>
    </fieldset>
  )
}
